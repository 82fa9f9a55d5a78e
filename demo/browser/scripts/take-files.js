// Puts files into their places, however they came: each passes here, and then the place's own file input, so that all
// go the same way; listens from when the targets for files are there. Others hand files on by the event `files`.
// Gradio refuses a file by the type the browser takes it for, and by its size, in English: here all files get a type that
// counts as a picture's, so that the server opens them and says in the visitor's language what it can't read.
export default function takeFiles({trigger}) {
    const inputOf = place => place?.querySelector('input[type=file]');
    const slots = () => [...document.querySelectorAll('#pictures > *')].filter(inputOf);
    const most = window.gradio_config.max_file_size;
    const megabytes = Math.floor(most / 1e6);
    const refuse = (about, {name = '', count = 0, places = 0, place = ''} = {}) =>
        trigger('refuse', {about, name, count, places, place, megabytes});
    const listed = files => {
        const all = new DataTransfer();
        for (const file of files) all.items.add(file);
        return all.files;
    };
    const asPicture = file =>
        file.type.startsWith('image/') ? file : new File([file], file.name, {type: 'image/unknown'});
    const put = (file, place) => {
        const input = inputOf(place);
        input.files = listed([file]);
        input.dispatchEvent(new Event('change', {bubbles: true}));
    };
    document.addEventListener(
        'change',
        event => {
            const input = event.target;
            const place = input.type === 'file' && input.closest('#pictures > *, #drop');
            if (!place) return;
            const tooLarge = [...input.files].find(({size}) => size > most);
            if (tooLarge) {
                event.stopPropagation();
                input.value = '';
                refuse('too_large', {name: tooLarge.name, place: place.id});
            } else if (place.id !== 'drop') input.files = listed([...input.files].map(asPicture));
        },
        true,
    );
    // `place`: the element that a single file is for. Of several, the first is the photo, the next are paintings.
    document.addEventListener('files', ({detail: {files, place, about}}) => {
        if (about) refuse(about.key, about);
        const places = files.length > 1 ? slots() : [inputOf(place) ? place : slots()[0]];
        files.slice(0, places.length).forEach((file, index) => put(file, places[index]));
        if (files.length > places.length) refuse('too_many', {count: files.length, places: places.length});
    });
}
