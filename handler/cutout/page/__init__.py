"""Hold the demo page's HTML, CSS and ES modules; `cutout.api.page` serves them."""
