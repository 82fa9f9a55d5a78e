// Moves the handle between the photo and the picture, looks closer at both, and at the whole screen; for the elements of
// `comparison.py` and `beside.py`, where two views show the same part of their pictures.
// The wheel and swipes are the page's: only the handle drags, and what was enlarged is moved below the pointer. Fingers
// that are spread, and the wheel with Ctrl, as trackpads report them, look closer as the buttons do.
export default function compare({element, watch}) {
    const STEP = 5; // percent of the width, for each press of a key
    const MOST = 16; // times as large as the frame shows it
    const CLEAR = 3; // from so many pixels of the screen on, a picture's pixel is shown as it is: a square
    const NO_DIALOG = {role: null, ariaModal: null, ariaLabel: null};
    const KEYS = {ArrowLeft: -STEP, ArrowDown: -STEP, ArrowRight: STEP, ArrowUp: STEP, Home: -100, End: 100};
    let place = 50;
    let zoom = 1;
    const find = selector => element.querySelector(selector);
    const views = () => [...element.querySelectorAll('.view')];
    const frame = () => element.closest('#comparison, #beside');
    const keep = (value, low, high) => Math.max(low, Math.min(high, value));
    const show = () => {
        const picture = find('.picture');
        if (!picture) return;
        element.style.setProperty('--at', `${place}%`);
        element.style.setProperty('--zoom', zoom);
        const told = Math.round(place);
        Object.assign(find('.handle') ?? {}, {ariaValueNow: told, ariaValueText: `${told} %`});
        const shown = (picture.clientWidth * devicePixelRatio) / find('img').naturalWidth;
        element.toggleAttribute('data-enlarged', zoom > 1);
        element.toggleAttribute('data-clear', zoom > 1 && shown >= CLEAR);
    };
    const move = to => {
        place = keep(to, 0, 100);
        show();
    };
    const align = from => {
        for (const view of views().filter(each => each !== from)) {
            const left = (from.scrollLeft * view.scrollWidth) / from.scrollWidth;
            const top = (from.scrollTop * view.scrollHeight) / from.scrollHeight;
            const isOff = Math.abs(view.scrollLeft - left) > 1 || Math.abs(view.scrollTop - top) > 1;
            if (isOff) view.scrollTo({left, top, behavior: 'instant'}); // which tells of itself in turn
        }
    };
    const viewAt = (x, y) =>
        views().find(view => {
            const {left, right, top, bottom} = view.getBoundingClientRect();
            return left <= x && x <= right && top <= y && y <= bottom;
        });
    // What is at a place of the window stays there.
    const look = (times, x, y) => {
        const view = viewAt(x, y) ?? find('.view');
        const picture = view.querySelector('.picture');
        const was = picture.getBoundingClientRect();
        const [across, down] = [(x - was.x) / was.width, (y - was.y) / was.height];
        zoom = keep(times, 1, MOST);
        show();
        const is = picture.getBoundingClientRect();
        view.scrollBy(is.x + across * is.width - x, is.y + down * is.height - y);
        align(view);
    };
    const fill = isFull => {
        const button = find('[data-do=fullscreen]');
        frame().classList.toggle('fullscreen', isFull);
        button.ariaPressed = isFull;
        Object.assign(frame(), isFull ? {role: 'dialog', ariaModal: 'true', ariaLabel: button.ariaLabel} : NO_DIALOG);
        button.focus({preventScroll: true});
        show();
    };
    // What lies below the whole screen isn't to be reached.
    const stayWithin = event => {
        const reached = [...element.querySelectorAll('button, [tabindex="0"]')];
        const [first, last] = event.shiftKey ? [reached.at(-1), reached[0]] : [reached[0], reached.at(-1)];
        if (document.activeElement !== last && element.contains(document.activeElement)) return;
        event.preventDefault();
        first.focus();
    };
    const middle = () => {
        const {x, y, width, height} = find('.view').getBoundingClientRect();
        return [x + width / 2, y + height / 2];
    };
    const actions = {
        closer: () => look(2 * zoom, ...middle()),
        farther: () => look(zoom / 2, ...middle()),
        fullscreen: () => fill(!frame().classList.contains('fullscreen')),
    };
    element.addEventListener('click', ({target}) => actions[target.closest('[data-do]')?.dataset.do]?.());
    element.addEventListener('pointerdown', event => {
        const handle = event.target.closest('.handle');
        const isMoved = zoom > 1 && event.pointerType === 'mouse' && event.target.closest('.view');
        if (event.button !== 0 || !(handle || isMoved)) return;
        event.preventDefault();
        const held = handle ?? event.target.closest('.view');
        handle?.focus({preventScroll: true});
        const follow = ({clientX, movementX, movementY}) => {
            const {x, width} = find('.picture').getBoundingClientRect();
            if (handle) move((100 * (clientX - x)) / width);
            else held.scrollBy(-movementX, -movementY);
        };
        const end = () => held.removeEventListener('pointermove', follow);
        held.setPointerCapture(event.pointerId);
        held.addEventListener('pointermove', follow);
        held.addEventListener('lostpointercapture', end, {once: true});
    });
    element.addEventListener('keydown', event => {
        const by = event.target.matches('.handle') && KEYS[event.key];
        if (!by) return;
        event.preventDefault();
        move(place + by);
    });
    element.addEventListener('scroll', ({target}) => align(target), true);
    document.addEventListener('keydown', event => {
        if (!frame()?.classList.contains('fullscreen')) return;
        if (event.key === 'Escape') fill(false);
        if (event.key === 'Tab') stayWithin(event);
    });
    element.addEventListener(
        'wheel',
        event => {
            if (!event.ctrlKey || !event.target.closest('.view')) return;
            event.preventDefault();
            look(zoom * 2 ** (-event.deltaY / 100), event.clientX, event.clientY);
        },
        {passive: false},
    );
    let spread = null;
    const fingers = ({touches: [one, other]}) => ({
        apart: Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY),
        at: [(one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2],
    });
    const pinch = event => {
        if (event.touches.length !== 2 || !find('.view')) {
            spread = null;
            return;
        }
        if (event.cancelable) event.preventDefault(); // a page that scrolls already can't be held
        const {apart, at} = fingers(event);
        spread ??= {apart, zoom};
        look((spread.zoom * apart) / spread.apart, ...at);
    };
    for (const kind of ['touchstart', 'touchmove']) element.addEventListener(kind, pinch, {passive: false});
    element.addEventListener('touchend', () => {
        spread = null;
    });
    watch('value', show);
    show();
}
