#pragma once

namespace toolhive::registry {

// What a difference does to the set of values that a schema accepts.
enum class Effect { None, Tighter, Looser, Unknown };

// What it does to the values that the schema around accepts: the same; the opposite, in a `not`;
// either, where it counts how many schemas match or which properties they have looked at.
enum class Polarity { Positive, Negative, Both };

constexpr Effect flipped(Effect effect) {
  return effect == Effect::Tighter ? Effect::Looser : effect == Effect::Looser ? Effect::Tighter : effect;
}

constexpr Polarity flipped(Polarity polarity) {
  return polarity == Polarity::Positive   ? Polarity::Negative
         : polarity == Polarity::Negative ? Polarity::Positive
                                          : polarity;
}

// The effect on the schema around.
constexpr Effect seen_from_around(Effect effect, Polarity polarity) {
  if (polarity == Polarity::Both) return effect == Effect::None ? Effect::None : Effect::Unknown;
  return polarity == Polarity::Negative ? flipped(effect) : effect;
}

}  // namespace toolhive::registry
