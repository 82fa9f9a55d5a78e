// Pastes the picture that was copied as the photo; after a click on the button for it, which is for hands without keys.
export default async function pastePicture() {
    const give = detail => {
        const place = document.getElementById('photo');
        document.dispatchEvent(new CustomEvent('files', {detail: {files: [], place, ...detail}}));
    };
    let items;
    try {
        items = await navigator.clipboard.read();
    } catch {
        // Browsers refuse it to pages without HTTPS, and visitors may.
        give({about: {key: 'no_clipboard'}});
        return;
    }
    const kinds = items.flatMap(item => item.types.map(type => [item, type]));
    const found = kinds.find(([, type]) => type.startsWith('image/'));
    if (!found) give({about: {key: 'nothing_copied'}});
    else {
        const [item, type] = found;
        give({files: [new File([await item.getType(type)], `image.${type.split('/')[1]}`, {type})]});
    }
}
