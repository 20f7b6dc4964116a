"""The demo page: plain HTML, CSS and ES modules, and how they are served."""
