/**
 * The miniature world: arithmetic stories, reasoning traces in mixed styles and formats with
 * mistakes built in, and the tokenizer that writes them. A small model pre-trained on these
 * documents solves a part of the problems and often breaks the format, as a distilled 1.5B model
 * does, so that LoRA and GRPO have something to adapt in minutes on a laptop.
 *
 * <p>Everything is drawn from a seed. Training algorithms, models and rewards live elsewhere and
 * know nothing of this world.
 */
package org.tina.mini;
