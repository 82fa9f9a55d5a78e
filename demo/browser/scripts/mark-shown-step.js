// Marks in the plot of the losses the step that the timeline shows, and asks no server, so that the mark follows the
// hand; listens from when the page is loaded. The marker's `data-start` says where step 0 is, `data-column` how wide a
// step is, `data-left` where the other axis's numbers end, which its own keeps to the right of.
export default function markShownStep() {
    // The number's size. On a tab that isn't shown, it would have none by measure.
    const ROUND = 4;
    const DIGIT = 6.4;
    let isDue = false;
    const write = (marker, step, x) => {
        const text = marker.querySelector('text');
        const box = marker.querySelector('rect');
        text.textContent = step;
        const half = ROUND + (DIGIT * step.length) / 2;
        box.setAttribute('x', -half);
        box.setAttribute('width', 2 * half);
        const aside = Math.max(0, Number(marker.dataset.left) + half - x);
        marker.querySelector('.number').setAttribute('transform', `translate(${aside} 0)`);
    };
    const mark = () => {
        isDue = false;
        const marker = document.querySelector('#losses .moment');
        // The timeline counts beside a finished picture alone, see bar.css.
        const isFinished = document.getElementById('actions') !== null;
        const step = (isFinished && document.querySelector('#timeline input[type=range]')?.value) || '';
        if (!marker || marker.dataset.step === step) return;
        const {start, column} = marker.dataset;
        const x = Number(start) + step * column;
        marker.dataset.step = step;
        marker.setAttribute('visibility', step ? 'visible' : 'hidden');
        marker.setAttribute('transform', `translate(${x} 0)`);
        write(marker, step, x);
    };
    const soon = () => {
        if (!isDue) requestAnimationFrame(mark);
        isDue = true;
    };
    for (const event of ['input', 'change']) document.addEventListener(event, soon);
    new MutationObserver(soon).observe(document.body, {childList: true, subtree: true});
}
