// The key that the page before this one left in the tab, "" where there was none; when the page is loaded.
export default function keyBefore() {
    try {
        return sessionStorage.getItem('nst-key') ?? '';
    } catch {
        return ''; // this browser keeps nothing for pages within others
    }
}
