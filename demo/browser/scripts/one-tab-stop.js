// Makes a row of buttons one stop for Tab, and leads on within it by the arrows, Home and End, as screen readers tell of
// a toolbar; listens from when the page is loaded. The server says which button is the stop at first.
export default function oneTabStop() {
    const STEPS = {ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity};
    const rowOf = target => target.closest?.('[role=toolbar]');
    const buttonsOf = row => [...row.querySelectorAll('button:enabled')];
    document.addEventListener('focusin', ({target}) => {
        const row = target.matches('button') && rowOf(target);
        if (!row) return;
        for (const button of buttonsOf(row)) button.tabIndex = button === target ? 0 : -1;
    });
    document.addEventListener('keydown', event => {
        const row = rowOf(event.target);
        if (!row || !(event.key in STEPS)) return;
        event.preventDefault();
        const buttons = buttonsOf(row);
        const place = buttons.indexOf(event.target) + STEPS[event.key];
        buttons[Math.max(0, Math.min(buttons.length - 1, place))].focus();
    });
}
