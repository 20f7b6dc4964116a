"""Evidence from a plain backdrop: what is not the backdrop is the object.

The networks look for subjects. On a product photo they may keep a monitor's stand and drop its
screen, although everybody sees what is backdrop and what is not. Where the border of a picture is
plain, colour and connectivity say so.
"""
