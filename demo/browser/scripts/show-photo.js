// Shows the photo in the frame for the result until there is a painting; when the page is loaded and the photo changes.
// The page "How it works" has no such frame.
export default function showPhoto(photo) {
    const address = photo?.url ? `url(${JSON.stringify(photo.url)})` : 'none';
    document.getElementById('stage')?.style.setProperty('--photo', address);
}
