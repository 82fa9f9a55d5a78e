// Keeps the timeline on the steps of which there is a picture, and moves it by keys from one to the next; listens from
// when the page is loaded. It counts all steps, `#moments` lists those that have a picture. Gradio's own listeners hear
// of a place only when it is one of these.
export default function snapTimeline() {
    const ACROSS = {ArrowLeft: -1, ArrowRight: 1, PageDown: -5, PageUp: 5}; // for the slider, not within its number
    const ALWAYS = {ArrowDown: -1, ArrowUp: 1};
    const isOurs = element => element.matches?.('#timeline input');
    const steps = () => [...document.querySelectorAll('#moments option')].map(({value}) => Number(value));
    const nearest = to => steps().reduce((one, other) => (Math.abs(other - to) < Math.abs(one - to) ? other : one));
    const move = (input, step) => {
        input.value = step;
        input.dispatchEvent(new Event('input', {bubbles: true}));
    };
    document.addEventListener(
        'input',
        ({target}) => {
            if (isOurs(target) && target.type === 'range') target.value = nearest(target.value);
        },
        true,
    );
    document.addEventListener(
        'change',
        ({target}) => {
            if (!isOurs(target) || target.type !== 'number') return;
            const step = nearest(target.value);
            if (step !== Number(target.value)) move(target, step);
        },
        true,
    );
    document.addEventListener(
        'keydown',
        event => {
            const input = event.target;
            if (!isOurs(input)) return;
            const by = ALWAYS[event.key] ?? (input.type === 'range' && ACROSS[event.key]);
            if (!by) return;
            event.preventDefault();
            const all = steps();
            const place = all.indexOf(nearest(input.value)) + by;
            move(input, all[Math.max(0, Math.min(all.length - 1, place))]);
        },
        true,
    );
}
