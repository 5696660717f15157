/**
 * What a completion is worth: Tina's reward functions, and the interface for one's own. A reward
 * sees a problem and the completion's text, never tokens or models.
 */
package org.tina.reward;
