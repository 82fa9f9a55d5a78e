// Lets files be dropped anywhere on the page: while they are dragged over it, large targets lie over it, one for each
// place; what is dropped beside them goes to the nearest. Listens from when the targets are there.
export default function dropAnywhere({element}) {
    let isOfThisPage = false; // a picture of the page itself is dragged, which browsers call a file
    const carriesFiles = event => !isOfThisPage && event.dataTransfer?.types.includes('Files');
    const targets = () => [...element.querySelectorAll('[data-place]')];
    const placeOf = target => document.getElementById(target.dataset.place);
    const distance = (target, {clientX, clientY}) => {
        const {left, right, top, bottom} = target.getBoundingClientRect();
        return Math.hypot(Math.max(left - clientX, 0, clientX - right), Math.max(top - clientY, 0, clientY - bottom));
    };
    const nearest = event =>
        targets()
            .filter(target => !target.hidden)
            .reduce((one, other) => (distance(other, event) < distance(one, event) ? other : one));
    const show = event => {
        for (const target of targets()) target.hidden = !placeOf(target);
        element.dataset.dragging = '';
        const over = nearest(event);
        for (const target of targets()) target.classList.toggle('over', target === over);
    };
    const hide = () => delete element.dataset.dragging;
    const isFolder = item => item.webkitGetAsEntry?.()?.isDirectory;
    const filesOf = ({items}) => {
        const all = [...items].filter(({kind}) => kind === 'file');
        const folder = all.find(isFolder)?.getAsFile();
        const files = all.filter(item => !isFolder(item)).map(item => item.getAsFile());
        if (folder) return {files, about: {key: 'folder', name: folder.name}};
        return {files, about: files.length ? null : {key: 'no_file'}};
    };
    addEventListener('dragstart', () => {
        isOfThisPage = true;
    });
    addEventListener('dragend', () => {
        isOfThisPage = false;
    });
    const over = event => {
        if (!carriesFiles(event)) return;
        event.preventDefault(); // or the browser would leave the page for the file
        event.dataTransfer.dropEffect = 'copy';
        show(event);
    };
    document.addEventListener('dragenter', over, true);
    document.addEventListener('dragover', over, true);
    document.addEventListener('dragleave', ({relatedTarget}) => {
        if (!relatedTarget) hide();
    });
    document.addEventListener(
        'drop',
        event => {
            if (!carriesFiles(event)) return;
            event.preventDefault();
            event.stopPropagation();
            show(event);
            const place = event.target.closest('#pictures > *, #drop') ?? placeOf(nearest(event));
            hide();
            const {files, about} = filesOf(event.dataTransfer);
            const taken = place.id === 'drop' ? files.slice(0, 1) : files;
            document.dispatchEvent(new CustomEvent('files', {detail: {files: taken, place, about}}));
        },
        true,
    );
}
