/**
 * What is wrong with a training, told from its figures: named rules with stated thresholds over a
 * running or a stored run, ours or TRL's. Nothing here trains or draws.
 */
package org.tina.doctor;
