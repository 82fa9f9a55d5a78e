// Makes the photo a painting and the first painting the photo; after a click on the button for it.
export default function swapPictures(photo, painting) {
    return [painting, photo];
}
