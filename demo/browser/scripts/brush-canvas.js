// Brushes on the picture that `over` selects; see brush_canvas.py.
// By the keyboard: the arrows lead the brush, Space puts it down and takes it up, or selects.
export default function brushCanvas({element, props, trigger, watch, over, colours, opacity, side}) {
    const MOST_UNDONE = 30;
    const STEPS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    const around = element.closest('.brushing');
    const [picture, canvas, tip] = ['img', 'canvas', '.tip'].map(name => element.querySelector(name));
    const context = canvas.getContext('2d');
    const size = around.querySelector('[data-size]');
    let image = null; // what is brushed, as the canvas shows it
    let pixels = null; // the same, a number a pixel
    let before = []; // what was brushed before each of the last strokes
    let colour = 1;
    let last = null; // where the brush is, while it is down
    let at = null; // where the keyboard has led it
    let sent = '';
    let isSelecting = false; // a click selects
    let isAsked = false; // what it selects is still to be told

    const values = [0, ...colours].map(each => {
        if (!each) return 0;
        const [red, green, blue] = [1, 3, 5].map(place => parseInt(each.slice(place, place + 2), 16));
        const bytes = new Uint8Array([red, green, blue, Math.round(255 * opacity)]);
        return new Uint32Array(bytes.buffer)[0]; // in the byte order of this machine, as the canvas has it
    });
    const show = () => {
        if (image) context.putImageData(image, 0, 0);
        for (const button of around.querySelectorAll('[data-undo]')) button.disabled = !before.length;
        for (const button of around.querySelectorAll('[data-clear]')) button.disabled = !pixels?.some(Boolean);
        for (const button of around.querySelectorAll('[data-colour]'))
            button.setAttribute('aria-pressed', Number(button.dataset.colour) === colour);
        for (const button of around.querySelectorAll('[data-select]')) button.setAttribute('aria-pressed', isSelecting);
        element.toggleAttribute('data-selecting', isSelecting);
    };
    const remembered = () => [...before.slice(1 - MOST_UNDONE), pixels.slice()];
    const bare = () => {
        const scale = Math.min(1, side / Math.max(picture.naturalWidth, picture.naturalHeight));
        canvas.width = Math.max(1, Math.round(scale * picture.naturalWidth));
        canvas.height = Math.max(1, Math.round(scale * picture.naturalHeight));
        image = context.createImageData(canvas.width, canvas.height);
        pixels = new Uint32Array(image.data.buffer);
        before = [];
        at = null;
        show();
    };
    const send = () => {
        sent = pixels.some(Boolean) ? canvas.toDataURL('image/png') : '';
        props.value = sent;
        trigger('input');
    };
    const redraw = async () => {
        const earlier = isAsked ? remembered() : [];
        const isAnswer = isAsked;
        isAsked = false;
        sent = props.value;
        bare();
        before = earlier;
        if (!sent) return;
        const drawn = Object.assign(new Image(), {src: sent});
        await drawn.decode();
        if (drawn.src !== sent) return; // something else came meanwhile
        context.drawImage(drawn, 0, 0, canvas.width, canvas.height);
        image = context.getImageData(0, 0, canvas.width, canvas.height);
        pixels = new Uint32Array(image.data.buffer);
        show();
        if (isAnswer) trigger('input');
    };
    const restore = () => image && props.value !== sent && redraw();
    const look = () => {
        const found = document.querySelector(over);
        if (found && found.src !== picture.src) picture.src = found.src;
    };

    const radius = () => Number(size.value) / 2;
    const stamp = ([x, y]) => {
        const reach = radius();
        for (let row = Math.max(0, Math.ceil(y - reach)); row <= Math.min(canvas.height - 1, y + reach); row++) {
            const half = Math.sqrt(reach ** 2 - (row - y) ** 2);
            const [left, right] = [Math.max(0, Math.round(x - half)), Math.min(canvas.width, Math.round(x + half) + 1)];
            if (left < right) pixels.fill(values[colour], row * canvas.width + left, row * canvas.width + right);
        }
    };
    const draw = ([x, y]) => {
        const [fromX, fromY] = last;
        const count = Math.max(1, Math.ceil(Math.hypot(x - fromX, y - fromY) / Math.max(1, radius() / 3)));
        for (let step = 1; step <= count; step++)
            stamp([fromX + ((x - fromX) * step) / count, fromY + ((y - fromY) * step) / count]);
        last = [x, y];
        show();
    };
    const ask = ([x, y]) => {
        isAsked = true;
        trigger('select', {at: [x / canvas.width, y / canvas.height], colour});
    };
    const put = where => {
        if (isSelecting) {
            ask(where);
            return;
        }
        before = remembered();
        last = where;
        draw(where);
    };
    const lift = () => {
        if (!last) return;
        last = null;
        send();
    };
    const undo = () => {
        pixels.set(before.pop());
        show();
        send();
    };
    const clear = () => {
        before = remembered();
        pixels.fill(0);
        show();
        send();
    };
    const point = ({clientX, clientY}) => {
        const box = canvas.getBoundingClientRect();
        return [((clientX - box.left) * canvas.width) / box.width, ((clientY - box.top) * canvas.height) / box.height];
    };
    const follow = ([x, y]) => {
        const scale = canvas.clientWidth / canvas.width;
        tip.style.cssText = `left: ${x * scale}px; top: ${y * scale}px; width: ${2 * radius() * scale}px;`;
    };

    canvas.ariaLabel = props.label;
    picture.addEventListener('load', () => {
        isAsked = false; // of another picture
        redraw();
    });
    canvas.addEventListener('pointerdown', event => {
        if (!image || event.button) return;
        canvas.setPointerCapture(event.pointerId);
        put(point(event));
        event.preventDefault();
        canvas.focus({preventScroll: true});
    });
    canvas.addEventListener('pointermove', event => {
        if (!image) return;
        follow(point(event));
        if (last) for (const each of event.getCoalescedEvents?.() ?? [event]) draw(point(each));
    });
    for (const name of ['pointerup', 'pointercancel', 'blur']) canvas.addEventListener(name, lift);
    canvas.addEventListener('keydown', event => {
        const step = STEPS[event.key];
        if (!image || !(step || event.key === ' ')) return;
        event.preventDefault();
        at ??= [canvas.width / 2, canvas.height / 2];
        if (step) {
            const sides = [canvas.width, canvas.height];
            at = at.map((where, axis) => Math.min(sides[axis], Math.max(0, where + (step[axis] * radius()) / 2)));
            if (last) draw(at);
        } else if (last) lift();
        else put(at);
        follow(at);
    });
    around.addEventListener('click', event => {
        const button = event.target.closest('button');
        if (!image || !button) return;
        if (button.dataset.colour) colour = Number(button.dataset.colour);
        if ('select' in button.dataset) isSelecting = !isSelecting;
        if ('undo' in button.dataset) undo();
        if ('clear' in button.dataset) clear();
        show();
    });
    watch('value', restore);
    watch('value', look); // what comes back may be another picture's
    new IntersectionObserver(look).observe(element);
    look();
}
