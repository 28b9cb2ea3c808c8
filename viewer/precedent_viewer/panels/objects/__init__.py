"""The panel of objects: reports, key objects, documents, waveforms and the legend of overlays."""
