// A photo as it is kept: small enough for a slow connection, and with nothing that the camera wrote beside the picture.

const LONGEST = 1_600;
const QUALITY = 0.82;

/** The file of a photo, made anew. */
export async function madeSmall(file) {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(picture.width * scale), Math.round(picture.height * scale)];
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  return new Uint8Array(await blob.arrayBuffer());
}
