/**
 * Recipes: an experiment as one YAML file with TRL's and Tina's keys, and a run, which is a recipe
 * at work: its trainer, its directory, its log and checkpoints. How a step learns is {@code
 * org.tina.grpo}'s.
 */
package org.tina.recipe;
