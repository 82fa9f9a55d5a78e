"""What the page does in the browser, beside what Gradio does there."""

from __future__ import annotations

SHOW_STAGE = "() => { document.getElementById('stage').scrollIntoView({block: 'nearest'}); }"

# In one column, the end of a run would take the picture out of sight of whoever has gone down to the dials, and what
# opens below it would push these away: it stays until one comes back to its place, and so do they.
HOLD_STAGE = """() => {
    const [work, status, choices] = ['work', 'status', 'choices'].map(id => document.getElementById(id));
    const place = () => choices.getBoundingClientRect().top;
    const hasGoneDown = () => status.getBoundingClientRect().bottom < 0;
    let was = place(), isRunning = false;
    addEventListener('scroll', () => {
        if (!hasGoneDown()) delete work.dataset.held;
        was = place();
    }, {passive: true});
    new MutationObserver(() => {
        const ran = isRunning;
        isRunning = document.getElementById('stop') !== null;
        if (ran && !isRunning && hasGoneDown()) work.dataset.held = '';
        if ('held' in work.dataset) scrollBy(0, place() - was);
        was = place();
    }).observe(work, {childList: true, subtree: true});
}"""

SHOW_FORM = "() => { document.getElementById('pictures').scrollIntoView({block: 'nearest'}); }"

# Until there is a painting, the photo stands in the frame, which the other page hasn't.
SHOW_PHOTO = """photo => {
    const address = photo?.url ? `url(${JSON.stringify(photo.url)})` : 'none';
    document.getElementById('stage')?.style.setProperty('--photo', address);
}"""

# In the legend of the brushes.
SHOW_PAINTINGS = """(...paintings) => {
    paintings.forEach((painting, place) => {
        const address = painting?.url ? `url(${JSON.stringify(painting.url)})` : 'none';
        document.documentElement.style.setProperty(`--painting-${place + 1}`, address);
    });
}"""

# Gradio refuses a file by what the browser takes it for, in English, or drops it without a word.
# As pictures all files come to the server, which opens them, and says in words what it can't.
ANY_FILE = """() => {
    const asPictures = files => {
        const all = new DataTransfer();
        for (const file of files) {
            const isPicture = file.type.startsWith('image/');
            all.items.add(isPicture ? file : new File([file], file.name, {type: 'image/unknown'}));
        }
        return all.files;
    };
    const inputOf = element => element.closest?.('#pictures > *')?.querySelector('input[type=file]');
    document.addEventListener('change', event => {
        const input = event.target;
        if (input.type === 'file' && inputOf(input) === input) input.files = asPictures(input.files);
    }, true);
    document.addEventListener('drop', event => {
        const input = inputOf(event.target), files = event.dataTransfer?.files ?? [];
        if (!input || ![...files].some(file => !file.type.startsWith('image/'))) return;
        event.preventDefault();
        event.stopPropagation();
        input.files = asPictures(files);
        input.dispatchEvent(new Event('change', {bubbles: true}));
    }, true);
}"""

# It appears, if at all, with the first answer of the server.
SHOW_SHEET = """() => {
    const look = left => {
        const sheet = document.getElementById('sheet');
        if (sheet) sheet.scrollIntoView({block: 'nearest'});
        else if (left) setTimeout(look, 100, left - 1);
    };
    look(50);
}"""

# Who goes by the keyboard would begin anew at the top of the page whenever the element that has the focus is written
# anew, rests or goes: it returns to where it was, or comes to what took that place.
KEEP_FOCUS = """() => {
    const instead = {
        show: '#stop, #stylize:enabled',
        sheet: '#sketches button:enabled',
        inside: '#inside-stop, #rebuild-content:enabled',
    };
    let had = [];
    document.addEventListener('focusin', ({target}) => {
        const list = target.closest('#examples, #results, #sketches, #offered');
        const place = target.closest('#show, #sheet, #inside');
        const own = target.id ? `#${target.id}` : list && `#${list.id} [data-index="${target.dataset.index}"]`;
        had = [own && `${own}:enabled`, instead[place?.id]].filter(Boolean);
    });
    document.addEventListener('pointerdown', () => { had = []; });
    new MutationObserver(() => {
        if (document.activeElement !== document.body) return;
        const found = had.map(selector => document.querySelector(selector)).find(Boolean);
        found?.focus({preventScroll: true});
    }).observe(document.body, {childList: true, subtree: true, attributeFilter: ['disabled']});
}"""

# Gradio's handle between photo and picture knows the mouse alone: arrows move it as if the mouse did.
COMPARE = """() => {
    const SHARE = 0.05, DIRECTIONS = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1};
    const find = () => document.querySelector('#comparison [data-testid=slider]');
    const tell = handle => {
        const frame = handle.parentElement.getBoundingClientRect(), {x, width} = handle.getBoundingClientRect();
        handle.ariaValueNow = Math.round(100 * (x + width / 2 - frame.x) / frame.width);
    };
    new MutationObserver(() => {
        const handle = find();
        if (!handle || handle.tabIndex === 0) return;
        handle.tabIndex = 0;
        handle.role = 'slider';
        handle.ariaLabel = document.querySelector('#comparison label').innerText;
        tell(handle);
    }).observe(document.body, {childList: true, subtree: true});
    document.addEventListener('keydown', event => {
        const handle = find(), direction = DIRECTIONS[event.key];
        if (!direction || event.target !== handle) return;
        event.preventDefault();
        const {x, y, width, height} = handle.getBoundingClientRect();
        const from = {view: window, bubbles: true, clientX: x + width / 2, clientY: y + height / 2};
        const to = {...from, clientX: from.clientX + direction * SHARE * handle.parentElement.clientWidth};
        handle.dispatchEvent(new MouseEvent('mousedown', from));
        window.dispatchEvent(new MouseEvent('mousemove', to));
        window.dispatchEvent(new MouseEvent('mouseup', to));
        requestAnimationFrame(() => tell(handle));
    });
}"""

# In the drawing of the losses, the moment that the timeline shows: it follows the hand, and asks no server. Its number
# keeps to the right of the other axis's.
MARK_MOMENT = """() => {
    const ROUND = 4, DIGIT = 6.4;  // by measure they'd have none on a tab that isn't shown
    let isDue = false;
    const write = (marker, step, x) => {
        const text = marker.querySelector('text'), box = marker.querySelector('rect');
        text.textContent = step;
        const half = ROUND + DIGIT * step.length / 2;
        box.setAttribute('x', -half);
        box.setAttribute('width', 2 * half);
        const aside = Math.max(0, Number(marker.dataset.left) + half - x);
        marker.querySelector('.number').setAttribute('transform', `translate(${aside} 0)`);
    };
    const mark = () => {
        isDue = false;
        const marker = document.querySelector('#losses .moment');
        const step = document.querySelector('#timeline input[type=range]')?.value ?? '';
        if (!marker || marker.dataset.step === step) return;
        const {start, column} = marker.dataset, x = Number(start) + step * column;
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
}"""

# The timeline counts steps, but not of each there is a picture: it stands on those alone, and keys go from one to the
# next. Gradio's own listeners hear of a place only when it is one of these.
KEEP_TO_MOMENTS = """() => {
    const ACROSS = {ArrowLeft: -1, ArrowRight: 1, PageDown: -5, PageUp: 5}, ALWAYS = {ArrowDown: -1, ArrowUp: 1};
    const isOurs = element => element.matches?.('#timeline input');
    const steps = () => [...document.querySelectorAll('#moments option')].map(({value}) => Number(value));
    const nearest = to => steps().reduce((one, other) => Math.abs(other - to) < Math.abs(one - to) ? other : one);
    const move = (input, step) => {
        input.value = step;
        input.dispatchEvent(new Event('input', {bubbles: true}));
    };
    document.addEventListener('input', ({target}) => {
        if (isOurs(target) && target.type === 'range') target.value = nearest(target.value);
    }, true);
    document.addEventListener('change', ({target}) => {
        if (!isOurs(target) || target.type !== 'number') return;
        const step = nearest(target.value);
        if (step !== Number(target.value)) move(target, step);
    }, true);
    document.addEventListener('keydown', event => {
        const input = event.target;
        if (!isOurs(input)) return;
        const by = ALWAYS[event.key] ?? (input.type === 'range' && ACROSS[event.key]);
        if (!by) return;
        event.preventDefault();
        const all = steps(), place = all.indexOf(nearest(input.value)) + by;
        move(input, all[Math.max(0, Math.min(all.length - 1, place))]);
    }, true);
}"""
