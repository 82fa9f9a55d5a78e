// Lets a picture be pasted anywhere but amid typing: into the slot that one points at or is in, else into an empty one,
// else as the photo. Listens from when the targets for files are there.
export default function pasteAnywhere() {
    const TYPING = 'textarea, [contenteditable=true], input:not([type=range], [type=file], [type=checkbox])';
    const one = selector => document.querySelector(`#pictures > .block${selector}`);
    const place = () => one(':is(:hover, :focus-within)') ?? one(':has([type=file]):not(:has(.image-frame))');
    document.addEventListener(
        'paste',
        event => {
            const files = [...(event.clipboardData?.files ?? [])];
            if (!files.length || event.target.closest?.(TYPING)) return;
            event.preventDefault();
            event.stopPropagation();
            document.dispatchEvent(new CustomEvent('files', {detail: {files, place: place()}}));
        },
        true,
    );
}
