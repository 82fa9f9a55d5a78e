"""The button by which a browser may tell that a run is over."""

from __future__ import annotations

from demo.browser.notification import button


def test_it_is_hidden_until_a_script_knows_that_the_browser_can() -> None:
    assert button("en").endswith(" hidden>Notify me when it is done</button>")
    assert 'data-title="Tu imagen está lista"' in button("es")
