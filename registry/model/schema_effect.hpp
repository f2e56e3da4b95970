#pragma once

namespace toolhive::registry {

// What a difference does to the set of values that a schema accepts. Text is none as well, of what
// is written for people and models.
enum class Effect { None, Text, Tighter, Looser, Unknown };

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
  if (effect == Effect::None || effect == Effect::Text) return effect;
  if (polarity == Polarity::Both) return Effect::Unknown;
  return polarity == Polarity::Negative ? flipped(effect) : effect;
}

}  // namespace toolhive::registry
