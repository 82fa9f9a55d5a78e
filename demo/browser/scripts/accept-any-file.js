// Lets every file through to the server, which opens it and says in the visitor's language what it can't read; listens
// from when the page is loaded.
// Gradio refuses a file by the type the browser takes it for, in English, or drops it without a word: here all files
// get a type that counts as a picture's, before Gradio's own listeners see them.
export default function acceptAnyFile() {
    const asPictures = files => {
        const all = new DataTransfer();
        for (const file of files) {
            const isPicture = file.type.startsWith('image/');
            all.items.add(isPicture ? file : new File([file], file.name, {type: 'image/unknown'}));
        }
        return all.files;
    };
    const inputOf = element => element.closest?.('#pictures > *')?.querySelector('input[type=file]');
    document.addEventListener(
        'change',
        event => {
            const input = event.target;
            if (input.type === 'file' && inputOf(input) === input) input.files = asPictures(input.files);
        },
        true,
    );
    document.addEventListener(
        'drop',
        event => {
            const input = inputOf(event.target);
            const files = event.dataTransfer?.files ?? [];
            if (!input || ![...files].some(file => !file.type.startsWith('image/'))) return;
            event.preventDefault();
            event.stopPropagation();
            input.files = asPictures(files);
            input.dispatchEvent(new Event('change', {bubbles: true}));
        },
        true,
    );
}
