// Has the browser download the file at a path of the server, by its own name; once the server has made it.
export default function downloadFile(path) {
    if (!path) return;
    const link = document.createElement('a');
    const {root} = window.gradio_config;
    link.href = `${root}/gradio_api/file=${path.split('/').map(encodeURIComponent).join('/')}`;
    link.download = path.split('/').at(-1);
    link.click();
}
