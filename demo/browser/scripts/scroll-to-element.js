// Brings an element into sight, as little as is needed; after clicks on buttons whose effect is elsewhere on the page.
// Whoever is taken there no longer looks at what keep-scroll-position.js holds, which would scroll back at once.
export default function scrollToElement(id) {
    delete document.getElementById('work').dataset.held;
    document.getElementById(id)?.scrollIntoView({block: 'nearest'});
}
