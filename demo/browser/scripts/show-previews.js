// Shows a preview of each picture that this browser can't show itself; once the server has looked at the pictures and
// told the paths of those that have one. The picture stays the same: only the address that it is shown from changes.
export default function showPreviews(suffix, previewed, ...pictures) {
    const unchanged = {__type__: 'update'};
    const canBeShown = address =>
        new Promise(resolve => {
            const image = new Image();
            image.addEventListener('load', () => resolve(true));
            image.addEventListener('error', () => resolve(false));
            image.src = address;
        });
    const shown = async picture => {
        const isPreviewed = previewed?.includes(picture?.path) && !picture.url.endsWith(suffix);
        if (!isPreviewed || (await canBeShown(picture.url))) return unchanged;
        return {...picture, url: picture.url + suffix};
    };
    return Promise.all(pictures.map(shown));
}
