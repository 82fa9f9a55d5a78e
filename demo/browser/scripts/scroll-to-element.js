// Brings an element into sight, as little as is needed; after clicks on buttons whose effect is elsewhere on the page.
// On a narrow screen what a picture is made of is in drawers: that of the photo is opened.
export default function scrollToElement(id) {
    const element = document.getElementById(id);
    if (element.checkVisibility()) element.scrollIntoView({block: 'nearest'});
    else document.querySelector('#drawers [data-drawer=photo]').click();
}
