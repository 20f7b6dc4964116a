"""Correct the networks' alpha on a plain backdrop, where everything else is the object.

The networks look for subjects. On a product photo they may keep a monitor's stand and drop its
screen. If the border of a picture is plain, colour and connectivity tell backdrop from object.
"""
