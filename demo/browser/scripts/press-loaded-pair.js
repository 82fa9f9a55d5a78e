// Shows the example pair that is in the form as a pressed button, and no pairs beside a picture of one's own, which is
// -2; whenever the buttons, or their prop `loaded`, change. Nothing moves under the hand: they fade, and give up their
// room once that isn't seen, or at once where nobody has touched the page yet.
export default function pressLoadedPair({element, props, watch}) {
    const around = element.closest('#examples');
    const isOwn = () => props.loaded === -2;
    let isInSight = true;
    const makeRoom = () => {
        const isUnseen = !isInSight || document.hidden || !navigator.userActivation?.hasBeenActive;
        around.hidden = isOwn() && (around.hidden || isUnseen);
    };
    const press = () => {
        around.inert = isOwn();
        makeRoom();
        element
            .querySelectorAll('button[data-index]')
            .forEach(button => button.setAttribute('aria-pressed', Number(button.dataset.index) === props.loaded));
    };
    watch(['value', 'loaded'], press);
    new IntersectionObserver(([{isIntersecting}]) => {
        isInSight = isIntersecting;
        makeRoom();
    }).observe(around);
    document.addEventListener('visibilitychange', makeRoom);
}
