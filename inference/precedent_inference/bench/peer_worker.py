"""The public reference in its own environment, told by lines of JSON what to time.

Runs without anything of ours installed; `worker.py` answers the same lines for our engine. Random
weights are drawn here and written under the reference's names, so that both run the same model.
"""

import json
import sys
import time

import numpy as np
import torch


def quiet_torchvision():
    """Declare two operators, so that a torchvision built for CUDA is imported beside a CPU torch.

    open_clip imports torchvision for its image transforms, which are not used here.
    """
    library = torch.library.Library("torchvision", "DEF")
    for name in ("nms", "qnms"):
        library.define(name + "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return library


LIBRARY = quiet_torchvision()

import open_clip  # noqa: E402
from open_flamingo.src.flamingo import Flamingo  # noqa: E402
from open_flamingo.src.flamingo_lm import FlamingoLMMixin  # noqa: E402
from open_flamingo.src.utils import extend_instance  # noqa: E402
from peak_memory import peak_bytes  # noqa: E402  beside this script
from safetensors.torch import save_file  # noqa: E402
from transformers import LlamaConfig, LlamaForCausalLM  # noqa: E402


def build(sizes, image, end):
    """Build the reference with random weights; what is no weight of ours is left out."""
    torch.manual_seed(0)
    vision, language = sizes["vision"], sizes["language"]
    clip = open_clip.CLIP(
        embed_dim=512,
        vision_cfg={
            "image_size": vision["image_size"],
            "layers": vision["layers"],
            "width": vision["width"],
            "head_width": vision["width"] // vision["heads"],
            "patch_size": vision["patch_size"],
            "mlp_ratio": vision["mlp_width"] / vision["width"],
        },
        text_cfg={"width": 64, "heads": 1, "layers": 1, "vocab_size": 64, "context_length": 8},
        quick_gelu=True,
    )
    clip.visual.output_tokens = True
    llama = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=language["vocabulary"],
            hidden_size=language["width"],
            intermediate_size=language["mlp_width"],
            num_hidden_layers=language["layers"],
            num_attention_heads=language["heads"],
            rms_norm_eps=language["norm_epsilon"],
            pad_token_id=0,
        )
    )
    extend_instance(llama, FlamingoLMMixin)
    llama.set_decoder_layers_attr_name("model.layers")
    model = Flamingo(
        clip,
        llama,
        end,
        image,
        vis_dim=vision["width"],
        cross_attn_every_n_layers=sizes["cross_attention"]["every"],
    )
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith(("attn_gate", "ff_gate")):
                parameter.uniform_(0.3, 0.9)
        # The special rows are never chosen, so that every answer has its full length.
        llama.lm_head.weight[end:] *= 0
    return model.eval()


def weights(model):
    """Give the tensors that a checkpoint would hold, each once."""
    state = model.state_dict()
    left_out = ("vision_encoder.visual.", "perceiver.", "lang_encoder.")
    return {
        name: tensor.contiguous().clone()
        for name, tensor in state.items()
        if name.startswith(left_out) and ".gated_cross_attn_layer." not in name
    }


class Worker:
    """Answers one line at a time."""

    def __init__(self, order):
        torch.set_num_threads(order["threads"])
        inputs = np.load(order["inputs"])
        self.device = order["device"]
        self.tokens = torch.from_numpy(inputs["tokens"]).to(self.device)
        self.pixels = torch.from_numpy(inputs["pixels"]).to(self.device)
        self.model = build(order["sizes"], int(inputs["image"]), int(inputs["end_of_chunk"]))
        if order["weights"]:
            save_file(weights(self.model), order["weights"])
        if self.device != "cpu":
            self.model.to(self.device, torch.bfloat16)
            self.pixels = self.pixels.to(torch.bfloat16)

    def ask(self, order):
        """Generate, and say how long it took."""
        tokens = self.tokens[order["question"]][None]
        pixels = self.pixels[order["pictures"]][None, :, None]
        started = time.perf_counter()
        with torch.inference_mode():
            given = self.model.generate(
                pixels, tokens, torch.ones_like(tokens), max_new_tokens=order["new_tokens"]
            )
        new = given[0, tokens.shape[1] :].tolist()
        return {"seconds": time.perf_counter() - started, "tokens": new}

    def logits(self, order):
        """Write the logits after the prompt to a file."""
        tokens = self.tokens[order["question"]][None]
        pixels = self.pixels[order["pictures"]][None, :, None]
        with torch.inference_mode():
            given = self.model(pixels, tokens, torch.ones_like(tokens)).logits[0, -1]
        np.save(order["to"], given.float().cpu().numpy())
        return {}

    def memory(self, _):
        """Give the largest number of bytes held so far: by the process, or on the GPU."""
        if self.device != "cpu":
            return {"peak_bytes": torch.cuda.max_memory_reserved(self.device)}
        return {"peak_bytes": peak_bytes()}


def main():
    """Answer orders until standard input ends."""
    worker = None
    for line in sys.stdin:
        order = json.loads(line)
        if worker is None:
            worker = Worker(order)
            answer = {"ready": True}
        else:
            answer = getattr(worker, order["do"])(order)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
