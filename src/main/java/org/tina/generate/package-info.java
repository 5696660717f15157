/**
 * Sampling completions from a policy: what to batch, when a row stops and who takes its place. The
 * forward pass and the draw of a token are the tensor program's ({@code org.tina.model}), or, where
 * that is faster, loops in Java that are held to it.
 */
package org.tina.generate;
