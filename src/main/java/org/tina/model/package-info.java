/** A Hugging Face model directory as a running model. */
package org.tina.model;
