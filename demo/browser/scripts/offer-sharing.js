// Notes on the page what this browser can give away, by which the stylesheet offers the buttons; once it is loaded.
export default function offerSharing() {
    const probe = new File([''], 'picture.png', {type: 'image/png'});
    const canShare = navigator.canShare?.({files: [probe]}) ?? false;
    document.documentElement.toggleAttribute('data-can-share', canShare);
    document.documentElement.toggleAttribute('data-can-copy', 'ClipboardItem' in window && 'clipboard' in navigator);
}
