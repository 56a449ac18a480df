"""The layers of the peers that are trained from the beginning: those of this library's new models."""

import torch
from torch import nn
from torch.nn import functional as F


class Block(nn.Module):
    """Attention to itself, in a decoder attention to a source, and feed-forward, each of normalised states."""

    def __init__(self, width, heads, dropout, decodes):
        super().__init__()
        self.own = Attention(width, heads, dropout)
        self.across = Attention(width, heads, dropout) if decodes else None
        self.inner, self.outer = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)

    def forward(self, state, visible, source=None, padding=None):
        state = state + self.own(state, None, visible)
        if self.across is not None:
            state = state + self.across(state, source, padding)
        return state + self.dropout(self.outer(F.gelu(self.inner(self.norm(state)))))


class Attention(nn.Module):
    """To what is read, or to the states themselves; `visible` is true where a key is seen."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(width, width) for _ in range(4))
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)

    def forward(self, state, read, visible):
        normal = self.norm(state)
        read = normal if read is None else read
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.query(normal), self.key(read), self.value(read))
        )
        states = F.scaled_dot_product_attention(query, key, value, visible)
        return self.dropout(self.output(states.transpose(1, 2).flatten(2)))


class Decoder(nn.Module):
    """A causal Transformer with learned positions, of which the logits are products with its embeddings."""

    def __init__(self, vocabulary, positions, layers, width, heads, dropout):
        super().__init__()
        self.table, self.places = nn.Embedding(vocabulary, width), nn.Embedding(positions, width)
        self.blocks = nn.ModuleList(Block(width, heads, dropout, False) for _ in range(layers))
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)
        initialise(self)

    def forward(self, ids):
        length = ids.shape[1]
        earlier = torch.ones(length, length, dtype=torch.bool).tril()
        state = self.dropout(self.table(ids) + self.places(torch.arange(length)))
        for block in self.blocks:
            state = block(state, earlier)
        return self.norm(state) @ self.table.weight.T


class EncoderDecoder(nn.Module):
    """A Transformer of sources and targets with learned positions, of which all read and write with one table."""

    def __init__(self, vocabulary, positions, layers, width, heads, dropout):
        super().__init__()
        self.table = nn.Embedding(vocabulary, width)
        self.places = nn.ModuleList(nn.Embedding(positions, width) for _ in range(2))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.encoder = nn.ModuleList(Block(width, heads, dropout, False) for _ in range(layers))
        self.decoder = nn.ModuleList(Block(width, heads, dropout, True) for _ in range(layers))
        self.dropout = nn.Dropout(dropout)
        initialise(self)

    def embedded(self, stack, ids):
        return self.dropout(self.table(ids) + self.places[stack](torch.arange(ids.shape[1])))

    def encode(self, ids, mask):
        padding = mask[:, None, None, :]
        state = self.embedded(0, ids)
        for block in self.encoder:
            state = block(state, padding)
        return self.norms[0](state), padding

    def decode(self, ids, source, padding):
        earlier = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).tril()
        state = self.embedded(1, ids)
        for block in self.decoder:
            state = block(state, earlier, source, padding)
        return self.norms[1](state) @ self.table.weight.T

    def forward(self, sources, mask, targets):
        return self.decode(targets, *self.encode(sources, mask))


def initialise(model):
    """Normal matrices, no bias, as the library's new models begin."""
    for name, weight in model.named_parameters():
        if weight.ndim > 1:
            nn.init.normal_(weight, std=0.02)
        elif name.endswith("bias"):
            nn.init.zeros_(weight)
