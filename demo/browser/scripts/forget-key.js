// Forgets the key of the page before; once what that had is here.
export default function forgetKey() {
    sessionStorage.removeItem('nst-key');
}
