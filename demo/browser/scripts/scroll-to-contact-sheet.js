// Brings the contact sheet into sight, when its button is clicked. The sheet appears, if at all, with the server's
// first answer: it is looked for during five seconds.
export default function scrollToContactSheet() {
    const look = triesLeft => {
        const sheet = document.getElementById('sheet');
        if (sheet) sheet.scrollIntoView({block: 'nearest'});
        else if (triesLeft) setTimeout(look, 100, triesLeft - 1);
    };
    look(50);
}
