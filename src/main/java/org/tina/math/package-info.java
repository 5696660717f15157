/**
 * Finding the final answer in a text and comparing it with the gold one. What a right answer is
 * worth belongs to the rewards.
 */
package org.tina.math;
