// Takes the photo with a camera, in a window of its own; after a click on the button for it. What is there stays until
// another is taken. Where a page may see no camera, as without HTTPS, a phone opens its own.
export default async function takePhoto() {
    const give = file => {
        const place = document.getElementById('photo');
        document.dispatchEvent(new CustomEvent('files', {detail: {files: [file], place}}));
    };
    if (!navigator.mediaDevices?.getUserMedia) {
        const chooser = Object.assign(document.createElement('input'), {type: 'file', accept: 'image/*'});
        chooser.setAttribute('capture', 'environment');
        chooser.addEventListener('change', () => give(chooser.files[0]));
        chooser.click();
        return;
    }
    const dialog = document.getElementById('camera');
    const [video, refused, shoot] = ['video', '[role=alert]', '[value=shoot]'].map(each => dialog.querySelector(each));
    let stream = null;
    const shot = async () => {
        const canvas = Object.assign(document.createElement('canvas'), {
            width: video.videoWidth,
            height: video.videoHeight,
        });
        canvas.getContext('2d').drawImage(video, 0, 0); // unlike the live picture no mirror: letters can be read
        const blob = await new Promise(resolve => canvas.toBlob(resolve, 'image/png'));
        give(new File([blob], 'webcam.png', {type: 'image/png'}));
    };
    const end = async () => {
        if (dialog.returnValue === 'shoot') await shot();
        stream?.getTracks().forEach(track => track.stop());
        video.srcObject = null;
    };
    Object.assign(dialog, {returnValue: ''});
    Object.assign(refused, {hidden: true});
    Object.assign(shoot, {disabled: true});
    dialog.showModal();
    dialog.addEventListener('close', end, {once: true});
    try {
        stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment', width: 1920}});
        if (!dialog.open) return stream.getTracks().forEach(track => track.stop());
        const [{facingMode}] = stream.getVideoTracks().map(track => track.getSettings());
        video.classList.toggle('mirror', facingMode !== 'environment');
        video.srcObject = stream;
        await new Promise(resolve => video.addEventListener('loadeddata', resolve, {once: true}));
        shoot.disabled = false;
        shoot.focus();
    } catch {
        refused.hidden = false;
    }
}
