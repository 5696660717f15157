/**
 * GRPO: sampled groups become advantages, a loss and an update of the policy. Also what any
 * training shares: AdamW, learning-rate schedules and the sum of gradients over micro-batches.
 * Rewards come from {@code org.tina.reward}; recipes, directories and logs are {@code
 * org.tina.recipe}'s.
 */
package org.tina.grpo;
