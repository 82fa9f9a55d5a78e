// Shows the example pair that is in the form as a pressed button; whenever the buttons, or their prop `loaded`, change.
export default function pressLoadedPair({element, props, watch}) {
    const press = () =>
        element
            .querySelectorAll('button[data-index]')
            .forEach(button => button.setAttribute('aria-pressed', Number(button.dataset.index) === props.loaded));
    watch(['value', 'loaded'], press);
}
