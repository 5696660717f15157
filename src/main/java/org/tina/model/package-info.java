/**
 * A Hugging Face model directory as a running model: its files (configuration, weights, tokenizer,
 * chat template) and the network they describe. Where a directory comes from is {@code
 * org.tina.data}'s business; what is trained, sampled or scored with it belongs to the rooms below.
 */
package org.tina.model;
