"""What a Flamingo is made of: vision tower, resampler, gated cross-attention, decoder."""
