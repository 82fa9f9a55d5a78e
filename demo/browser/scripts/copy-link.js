// Turns the query of a link into the page's whole address and copies it; after the server has made the query.
export default async function copyLink(query) {
    const url = new URL(query ? '?' + query : location.pathname, location.href).href;
    try {
        await navigator.clipboard.writeText(url);
    } catch {
        // Browsers refuse it to pages without HTTPS, and visitors may: the link stands there to be copied by hand.
    }
    return url;
}
