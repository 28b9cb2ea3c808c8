"""Pictures that look like anatomy and belong to nobody: the makers of the shipped samples.

`python -m precedent_resources.phantoms OUT` writes the sample study and casebook again, the same to
the last bit. Everything is drawn from formulas and seeds; no picture of a patient went in.
"""
