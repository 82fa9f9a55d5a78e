// Gives a result away: `file` by the system's own sheet, `image` as a picture beside the photo and `link` as an address,
// both into the clipboard. Returns HTML that says how it went. `told`: JSON of the server about the result that is on the
// page; `download`: the file that it can be taken home as.
export default async function share(action, told, download) {
    const {query, caption, words} = JSON.parse(told || '{"query": "", "caption": "", "words": {}}');
    const address = new URL(query ? `?${query}` : location.pathname, location.href).href;
    const said = (...texts) => {
        const line = document.createElement('p');
        line.setAttribute('role', 'status');
        line.textContent = texts.filter(Boolean).join(' ');
        return line.outerHTML;
    };
    const collage = async () => {
        const [photo, picture] = document.querySelectorAll('#comparison .picture img');
        await Promise.all([photo.decode(), picture.decode()]);
        const {naturalWidth: width, naturalHeight: height} = picture;
        const gap = Math.ceil(width / 64);
        const line = Math.max(12, Math.round(width / 32));
        const canvas = document.createElement('canvas');
        canvas.width = 2 * width + gap;
        canvas.height = height + 2 * line;
        const context = canvas.getContext('2d');
        context.fillStyle = '#fff';
        context.fillRect(0, 0, canvas.width, canvas.height);
        context.drawImage(photo, 0, 0, width, height);
        context.drawImage(picture, width + gap, 0, width, height);
        context.fillStyle = '#292524';
        context.font = `${line}px system-ui, sans-serif`;
        context.textBaseline = 'middle';
        context.fillText(caption, gap, height + line, canvas.width - 2 * gap);
        return new Promise(resolve => canvas.toBlob(resolve, 'image/png'));
    };
    const actions = {
        async link() {
            try {
                await navigator.clipboard.writeText(address);
                return said(words.link_copied, words.left_out);
            } catch {
                // Browsers refuse it to pages without HTTPS, and visitors may.
                return said(words.by_hand, address, words.left_out);
            }
        },
        async image() {
            try {
                // As a promise: Safari allows it at the click alone, and drawing takes a moment.
                await navigator.clipboard.write([new ClipboardItem({'image/png': collage()})]);
                return said(words.image_copied);
            } catch (error) {
                console.debug(error);
                return said(words.image_refused);
            }
        },
        async file() {
            try {
                const blob = await (await fetch(download.url)).blob();
                const file = new File([blob], download.path.split('/').at(-1), {type: blob.type});
                await navigator.share({files: [file], title: caption});
                return '';
            } catch ({name}) {
                if (name === 'AbortError') return ''; // the visitor has closed the sheet
                // A browser forgets a click after some seconds; the file is there by now.
                return said(name === 'NotAllowedError' ? words.again : words.file_refused);
            }
        },
    };
    return await actions[action]();
}
