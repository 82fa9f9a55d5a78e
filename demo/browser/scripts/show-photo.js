// Shows the photo in the frame for the result until there is a painting, and gives the frame its shape on a narrow
// screen; when the page is loaded and the photo changes. The page "How it works" has no such frame.
export default async function showPhoto(photo) {
    const style = document.getElementById('stage')?.style;
    style?.setProperty('--photo', photo?.url ? `url(${JSON.stringify(photo.url)})` : 'none');
    if (!style || !photo?.url) return;
    const image = new Image();
    image.src = photo.url;
    try {
        await image.decode();
        style.setProperty('--ratio', image.naturalWidth / image.naturalHeight);
    } catch {
        // What the browser can't show has a preview made of it, which comes as a change of its own.
    }
}
