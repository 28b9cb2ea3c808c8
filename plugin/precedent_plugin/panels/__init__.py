"""The plugin's panels: views in Qt, through qtpy, of models that know no Qt.

A panel gets its models in the constructor, follows their signals and calls their methods. Nothing
is decided here that a test without Qt would want to see.
"""
