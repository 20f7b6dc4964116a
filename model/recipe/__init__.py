"""The recipe for the shipped network: ``python -m model.recipe --calibration FOLDER``.

weights → graph → calibrate → quantize → quality and speed → manifest → card, a module each.
Serving needs none of it: the finished file lies in this folder.
"""
