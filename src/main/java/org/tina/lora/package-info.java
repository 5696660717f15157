/**
 * Low-rank adapters: a policy whose trainable parameters are the matrices A and B beside a model's
 * linear layers, read and written in PEFT's format. How an adapter takes part in a forward pass is
 * the tensor program's business ({@code org.tina.model}); how it learns is {@code org.tina.grpo}'s.
 */
package org.tina.lora;
