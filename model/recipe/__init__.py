"""Make the shipped networks: ``python -m model.recipe --calibration FOLDER``.

The README beside this file lists the modules. The service needs none of them.
"""
