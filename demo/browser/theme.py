"""The page's colours, letters and spaces: a wall of a gallery, on which the pictures are the only colour."""

from __future__ import annotations

from gradio.themes import Base, Color, Size

WALL = Color(  # warm greys, from chalk to the dark of a room whose lights are on the pictures
    name="wall",
    c50="#fbf9f6",
    c100="#f4f1ec",
    c200="#e8e3da",
    c300="#d6cec2",
    c400="#aea497",
    c500="#82786c",
    c600="#62594f",
    c700="#4a433b",
    c800="#332e28",
    c900="#231f1b",
    c950="#181512",
)
SPACES = Size(name="fours", xxs="2px", xs="4px", sm="4px", md="8px", lg="8px", xl="12px", xxl="16px")
CORNERS = Size(name="corners", xxs="1px", xs="2px", sm="2px", md="4px", lg="4px", xl="4px", xxl="8px")
LETTERS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"]  # but for headings, see typeface.py
NUMBERS = ["ui-monospace", "Menlo", "Consolas", "monospace"]


def theme() -> Base:
    """The theme that the page is launched with; nothing of it is fetched from elsewhere."""
    made = Base(
        primary_hue=WALL,
        secondary_hue=WALL,
        neutral_hue=WALL,
        spacing_size=SPACES,
        radius_size=CORNERS,
        font=LETTERS,
        font_mono=NUMBERS,
    )
    made.name = "gallery"
    return made.set(**_grounds(), **_words(), **_buttons(), **_inputs())


def _grounds() -> dict[str, str]:
    return {
        "body_background_fill": "*neutral_100",
        "body_background_fill_dark": "*neutral_950",
        "background_fill_primary": "*neutral_50",
        "background_fill_primary_dark": "*neutral_900",
        "background_fill_secondary": "*neutral_200",
        "background_fill_secondary_dark": "*neutral_800",
        "block_background_fill": "*neutral_50",
        "block_background_fill_dark": "*neutral_900",
        "block_border_width": "0px",
        "block_shadow": "none",
        "block_shadow_dark": "none",
        "border_color_primary": "*neutral_300",
        "border_color_primary_dark": "*neutral_700",
        "border_color_accent": "*neutral_700",
        "border_color_accent_dark": "*neutral_300",
        "color_accent": "*neutral_800",  # its dark twin is in page.css: themes have none
        "color_accent_soft": "*neutral_200",
        "color_accent_soft_dark": "*neutral_700",
        "panel_background_fill": "transparent",
        "panel_border_width": "0px",
    }


def _words() -> dict[str, str]:
    return {
        "body_text_color": "*neutral_900",
        "body_text_color_dark": "*neutral_100",
        "body_text_color_subdued": "*neutral_600",
        "body_text_color_subdued_dark": "*neutral_400",
        "block_title_text_color": "*neutral_900",
        "block_title_text_color_dark": "*neutral_100",
        "block_title_text_weight": "500",
        "block_label_text_color": "*neutral_700",
        "block_label_text_color_dark": "*neutral_200",
        "block_label_background_fill": "*neutral_50",
        "block_label_background_fill_dark": "*neutral_900",
        "block_info_text_color": "*neutral_600",
        "block_info_text_color_dark": "*neutral_400",
        "accordion_text_color": "*neutral_900",
        "accordion_text_color_dark": "*neutral_100",
        "link_text_color": "*neutral_800",
        "link_text_color_dark": "*neutral_200",
        "link_text_color_hover": "*neutral_950",
        "link_text_color_hover_dark": "*neutral_50",
        "link_text_color_visited": "*neutral_800",
        "link_text_color_visited_dark": "*neutral_200",
        "link_text_color_active": "*neutral_950",
        "link_text_color_active_dark": "*neutral_50",
    }


def _buttons() -> dict[str, str]:
    quiet = {
        "background_fill": "*neutral_200",
        "background_fill_hover": "*neutral_300",
        "background_fill_dark": "*neutral_800",
        "background_fill_hover_dark": "*neutral_700",
        "text_color": "*neutral_900",
        "text_color_hover": "*neutral_900",
        "text_color_dark": "*neutral_100",
        "text_color_hover_dark": "*neutral_50",
    }
    loud = {
        "background_fill": "*neutral_900",
        "background_fill_hover": "*neutral_700",
        "background_fill_dark": "*neutral_100",
        "background_fill_hover_dark": "*neutral_300",
        "text_color": "*neutral_50",
        "text_color_dark": "*neutral_950",
    }
    return {
        "button_border_width": "0px",
        "button_large_text_weight": "600",
        "button_transform_hover": "none",
        "button_transform_active": "none",
        "button_transition": "background-color .12s",
        **{f"button_secondary_{name}": value for name, value in quiet.items()},
        **{f"button_cancel_{name}": value for name, value in quiet.items()},
        **{f"button_primary_{name}": value for name, value in loud.items()},
    }


def _inputs() -> dict[str, str]:
    return {
        "input_background_fill": "*neutral_100",
        "input_background_fill_dark": "*neutral_950",
        "input_border_color": "*neutral_300",
        "input_border_color_dark": "*neutral_700",
        "input_border_color_focus": "*neutral_600",
        "input_border_color_focus_dark": "*neutral_400",
        "input_border_width": "1px",
        "input_shadow": "none",
        "input_shadow_dark": "none",
        "input_shadow_focus": "none",
        "input_shadow_focus_dark": "none",
        "input_placeholder_color": "*neutral_600",
        "input_placeholder_color_dark": "*neutral_400",
        "slider_color": "*neutral_700",
        "slider_color_dark": "*neutral_300",
    }
