// Brings an element into sight, as little as is needed; after clicks on buttons whose effect is elsewhere on the page.
export default function scrollToElement(id) {
    document.getElementById(id).scrollIntoView({block: 'nearest'});
}
