// Shows the example pair that is in the form as a pressed button, and no pairs beside a picture of one's own, which is
// -2; whenever the buttons, or their prop `loaded`, change.
export default function pressLoadedPair({element, props, watch}) {
    const press = () => {
        element.closest('#examples').hidden = props.loaded === -2;
        element
            .querySelectorAll('button[data-index]')
            .forEach(button => button.setAttribute('aria-pressed', Number(button.dataset.index) === props.loaded));
    };
    watch(['value', 'loaded'], press);
}
