/**
 * Problems with their answers, and where data sets and models are found: files only. No tensors,
 * and nothing about how a model is run or a completion is scored.
 */
package org.tina.data;
