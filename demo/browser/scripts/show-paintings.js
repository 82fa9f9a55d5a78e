// Shows the paintings in the legend of the brushes, by CSS variables; whenever one of them changes.
export default function showPaintings(...paintings) {
    paintings.forEach((painting, place) => {
        const address = painting?.url ? `url(${JSON.stringify(painting.url)})` : 'none';
        document.documentElement.style.setProperty(`--painting-${place + 1}`, address);
    });
}
